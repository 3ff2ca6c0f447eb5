// udp-daytime-server answers every datagram with the time of day.
package main

import (
	"fmt"
	"net"
	"os"
	"time"
)

func main() {
	address, err := net.ResolveUDPAddr("udp4", ":1200")
	checkError(err)
	conn, err := net.ListenUDP("udp", address)
	checkError(err)
	for {
		handleClient(conn)
	}
}

func handleClient(conn *net.UDPConn) {
	var buffer [512]byte
	_, client, err := conn.ReadFromUDP(buffer[0:])
	if err != nil {
		return
	}
	daytime := time.Now().String()
	conn.WriteToUDP([]byte(daytime), client)
}

func checkError(err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "Fatal error: %s\n", err.Error())
		os.Exit(1)
	}
}
