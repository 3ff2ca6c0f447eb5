// unix-echo-server echoes every byte over a Unix socket.
package main

import (
	"fmt"
	"net"
	"os"
)

func echo(conn net.Conn) {
	defer conn.Close()
	for {
		buffer := make([]byte, 128)
		n, err := conn.Read(buffer)
		if err != nil {
			return
		}
		data := buffer[0:n]
		fmt.Println("Server got:", string(data))
		_, err = conn.Write(data)
		if err != nil {
			fmt.Println(err)
			return
		}
	}
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintf(os.Stderr, "Usage: %s path\n", os.Args[0])
		os.Exit(1)
	}
	path := os.Args[1]
	_, err := os.Stat(path)
	if err == nil { // whatever it is
		checkError(os.Remove(path))
	}
	listener, err := net.Listen("unix", path)
	checkError(err)
	for {
		conn, err := listener.Accept()
		checkError(err)
		go echo(conn)
	}
}

func checkError(err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "Fatal error: %s\n", err.Error())
		os.Exit(1)
	}
}
