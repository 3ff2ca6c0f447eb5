// tcp-random-range-server answers each line "MIN MAX" with a random number in that range.
package main

import (
	"bufio"
	"fmt"
	"math/rand"
	"net"
	"os"
	"strconv"
	"strings"
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

func answer(line string) (int64, error) {
	fields := strings.Fields(line)
	if len(fields) != 2 {
		return 0, fmt.Errorf("two numbers wanted, %d found", len(fields))
	}
	min, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil {
		return 0, err
	}
	max, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return 0, err
	}
	if min > max {
		return 0, fmt.Errorf("%d is above %d", min, max)
	}
	return random(min, max), nil
}

func handleConnection(conn net.Conn) {
	defer conn.Close()
	reader := bufio.NewReader(conn)
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			return
		}
		number, err := answer(line)
		if err != nil {
			_, err = fmt.Fprintf(conn, "error: %v\n", err)
		} else {
			_, err = fmt.Fprintf(conn, "%d\n", number)
		}
		if err != nil {
			return
		}
	}
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintf(os.Stderr, "Usage: %s port\n", os.Args[0])
		os.Exit(1)
	}
	rand.Seed(time.Now().UnixNano())
	listener, err := net.Listen("tcp", ":"+os.Args[1])
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
