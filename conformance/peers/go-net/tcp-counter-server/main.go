// tcp-counter-server tells each client how many have come.
package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
)

var count = 0

func handleConnection(conn net.Conn) {
	defer conn.Close()
	fmt.Print(".")
	for {
		line, err := bufio.NewReader(conn).ReadString('\n')
		if err != nil {
			fmt.Println(err)
			return
		}
		text := strings.TrimSpace(line)
		if text == "STOP" {
			break
		}
		fmt.Println(text)
		counter := "Client number: " + strconv.Itoa(count) + "\n"
		conn.Write([]byte(counter))
	}
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintf(os.Stderr, "Usage: %s port\n", os.Args[0])
		os.Exit(1)
	}
	listener, err := net.Listen("tcp4", ":"+os.Args[1])
	checkError(err)
	defer listener.Close()
	for {
		conn, err := listener.Accept()
		checkError(err)
		count++
		go handleConnection(conn)
	}
}

func checkError(err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "Fatal error: %s\n", err.Error())
		os.Exit(1)
	}
}
