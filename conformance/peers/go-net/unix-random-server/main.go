// unix-random-server answers each line with a random number over a Unix socket.
package main

import (
	"bufio"
	"fmt"
	"math/rand"
	"net"
	"os"
	"time"
)

func handleConnection(conn net.Conn) {
	defer conn.Close()
	reader := bufio.NewReader(conn)
	for {
		_, err := reader.ReadString('\n')
		if err != nil {
			return
		}
		_, err = fmt.Fprintf(conn, "%d\n", rand.Intn(1000)+1)
		if err != nil {
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
	rand.Seed(time.Now().UnixNano())
	listener, err := net.Listen("unix", path)
	checkError(err)
	for {
		conn, err := listener.Accept()
		checkError(err)
		go handleConnection(conn)
	}
}

func checkError(err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "Fatal error: %s\n", err.Error())
		os.Exit(1)
	}
}
