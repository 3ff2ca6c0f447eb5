// unix-random-server answers each line with a random number over a Unix socket.
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

func random(min, max int64) int64 {
	span := uint64(max) - uint64(min) + 1
	if span == 0 { // all of int64
		return int64(rand.Uint64())
	}
	if span <= 1<<63-1 {
		return min + rand.Int63n(int64(span))
	}
	for {
		number := int64(rand.Uint64())
		if min <= number && number <= max {
			return number
		}
	}
}

func handleConnection(conn net.Conn, min, max int64) {
	defer conn.Close()
	reader := bufio.NewReader(conn)
	for {
		_, err := reader.ReadString('\n')
		if err != nil {
			return
		}
		_, err = fmt.Fprintf(conn, "%d\n", random(min, max))
		if err != nil {
			return
		}
	}
}

func main() {
	if len(os.Args) != 2 && len(os.Args) != 4 {
		fmt.Fprintf(os.Stderr, "Usage: %s path [min max]\n", os.Args[0])
		os.Exit(1)
	}
	min, max := int64(1), int64(1000)
	if len(os.Args) == 4 {
		var err error
		min, err = strconv.ParseInt(os.Args[2], 10, 64)
		checkError(err)
		max, err = strconv.ParseInt(os.Args[3], 10, 64)
		checkError(err)
		if min > max {
			checkError(fmt.Errorf("%d is above %d", min, max))
		}
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
		go handleConnection(conn, min, max)
	}
}

func checkError(err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "Fatal error: %s\n", err.Error())
		os.Exit(1)
	}
}
