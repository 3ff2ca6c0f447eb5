// tcp-client4 sends lines over TCP on IPv4 only and prints a line of reply for each.
package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintf(os.Stderr, "Usage: %s host:port\n", os.Args[0])
		os.Exit(1)
	}
	address, err := net.ResolveTCPAddr("tcp4", os.Args[1])
	checkError(err)
	conn, err := net.DialTCP("tcp4", nil, address)
	checkError(err)
	for {
		reader := bufio.NewReader(os.Stdin)
		fmt.Print(">> ")
		text, _ := reader.ReadString('\n')
		fmt.Fprintf(conn, text+"\n")
		reply, _ := bufio.NewReader(conn).ReadString('\n')
		fmt.Print("->: " + reply)
		if strings.TrimSpace(text) == "STOP" {
			fmt.Println("TCP client exiting...")
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
