// udp-daytime-client asks a UDP server for the time of day and prints the reply.
package main

import (
	"fmt"
	"net"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintf(os.Stderr, "Usage: %s host:port\n", os.Args[0])
		os.Exit(1)
	}
	address, err := net.ResolveUDPAddr("udp4", os.Args[1])
	checkError(err)
	conn, err := net.DialUDP("udp", nil, address)
	checkError(err)
	_, err = conn.Write([]byte("anything"))
	checkError(err)
	var buffer [512]byte
	n, err := conn.Read(buffer[0:])
	checkError(err)
	fmt.Println(string(buffer[0:n]))
}

func checkError(err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "Fatal error: %s\n", err.Error())
		os.Exit(1)
	}
}
