// tcp-time-server answers each line of one client with the time.
package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strings"
	"time"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintf(os.Stderr, "Usage: %s port\n", os.Args[0])
		os.Exit(1)
	}
	listener, err := net.Listen("tcp", ":"+os.Args[1])
	checkError(err)
	defer listener.Close()
	conn, err := listener.Accept()
	checkError(err)
	for {
		line, err := bufio.NewReader(conn).ReadString('\n')
		if err != nil {
			fmt.Println(err)
			return
		}
		if strings.TrimSpace(line) == "STOP" {
			fmt.Println("Exiting TCP server!")
			return
		}
		fmt.Print("-> ", line)
		now := time.Now().Format(time.RFC3339) + "\n"
		conn.Write([]byte(now))
	}
}

func checkError(err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "Fatal error: %s\n", err.Error())
		os.Exit(1)
	}
}
