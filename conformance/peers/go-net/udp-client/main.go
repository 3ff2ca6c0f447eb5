// udp-client sends lines as datagrams and prints the replies.
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
	address, err := net.ResolveUDPAddr("udp4", os.Args[1])
	checkError(err)
	conn, err := net.DialUDP("udp4", nil, address)
	checkError(err)
	defer conn.Close()
	fmt.Printf("The UDP server is %s\n", conn.RemoteAddr().String())
	for {
		reader := bufio.NewReader(os.Stdin)
		fmt.Print(">> ")
		text, _ := reader.ReadString('\n')
		_, err = conn.Write([]byte(text))
		if strings.TrimSpace(text) == "STOP" {
			fmt.Println("Exiting UDP client!")
			return
		}
		checkError(err)
		buffer := make([]byte, 1024)
		n, _, err := conn.ReadFromUDP(buffer)
		checkError(err)
		fmt.Printf("Reply: %s\n", string(buffer[0:n]))
	}
}

func checkError(err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "Fatal error: %s\n", err.Error())
		os.Exit(1)
	}
}
