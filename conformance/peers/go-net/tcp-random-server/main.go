// tcp-random-server answers each line with a random number.
package main

import (
	"bufio"
	"fmt"
	"math/rand"
	"net"
	"os"
	"strconv"
	"time"
)

func handleConnection(conn net.Conn, min, max int) {
	defer conn.Close()
	reader := bufio.NewReader(conn)
	for {
		_, err := reader.ReadString('\n')
		if err != nil {
			return
		}
		_, err = fmt.Fprintf(conn, "%d\n", rand.Intn(max-min+1)+min)
		if err != nil {
			return
		}
	}
}

func main() {
	if len(os.Args) != 2 && len(os.Args) != 4 {
		fmt.Fprintf(os.Stderr, "Usage: %s port [min max]\n", os.Args[0])
		os.Exit(1)
	}
	min, max := 1, 1000
	if len(os.Args) == 4 {
		var err error
		min, err = strconv.Atoi(os.Args[2])
		checkError(err)
		max, err = strconv.Atoi(os.Args[3])
		checkError(err)
		if min > max {
			checkError(fmt.Errorf("%d is above %d", min, max))
		}
	}
	rand.Seed(time.Now().UnixNano())
	listener, err := net.Listen("tcp", ":"+os.Args[1])
	checkError(err)
	for {
		conn, err := listener.Accept()
		checkError(err)
		go handleConnection(conn, min, max)
	}
}

func checkError(err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "Fatal error: %s\n", err.Error())
		os.Exit(1)
	}
}
