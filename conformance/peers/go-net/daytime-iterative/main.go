// daytime-iterative tells each client the time of day, one client at a time.
package main

import (
	"fmt"
	"net"
	"os"
	"time"
)

func main() {
	address, err := net.ResolveTCPAddr("tcp4", ":7777")
	checkError(err)
	listener, err := net.ListenTCP("tcp", address)
	checkError(err)
	for {
		conn, err := listener.Accept()
		if err != nil {
			continue
		}
		daytime := time.Now().String()
		conn.Write([]byte(daytime)) // don't care about the return value
		conn.Close()                // we're finished with this client
	}
}

func checkError(err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "Fatal error: %s\n", err.Error())
		os.Exit(1)
	}
}
