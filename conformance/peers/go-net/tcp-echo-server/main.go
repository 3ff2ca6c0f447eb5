// tcp-echo-server sends one client back what it receives.
package main

import (
	"fmt"
	"net"
	"os"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintf(os.Stderr, "Usage: %s port\n", os.Args[0])
		os.Exit(1)
	}
	address, err := net.ResolveTCPAddr("tcp", "localhost:"+os.Args[1])
	checkError(err)
	listener, err := net.ListenTCP("tcp", address)
	checkError(err)
	conn, err := listener.Accept()
	checkError(err)
	buffer := make([]byte, 1024)
	for {
		n, err := conn.Read(buffer)
		if err != nil {
			fmt.Println(err)
			return
		}
		if strings.TrimSpace(string(buffer[0:n])) == "STOP" {
			fmt.Println("Exiting TCP server!")
			conn.Close()
			return
		}
		fmt.Print("> ", string(buffer[0:n]))
		_, err = conn.Write(buffer) // all of it, however little was read
		if err != nil {
			fmt.Println(err)
			return
		}
	}
}

func checkError(err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "Fatal error: %s\n", err.Error())
		os.Exit(1)
	}
}
