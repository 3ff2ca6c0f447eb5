// udp-random-server answers every datagram with a random number.
package main

import (
	"fmt"
	"math/rand"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

func random(min, max int) int {
	return rand.Intn(max-min) + min
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintf(os.Stderr, "Usage: %s port\n", os.Args[0])
		os.Exit(1)
	}
	address, err := net.ResolveUDPAddr("udp4", ":"+os.Args[1])
	checkError(err)
	conn, err := net.ListenUDP("udp4", address)
	checkError(err)
	defer conn.Close()
	buffer := make([]byte, 1024)
	rand.Seed(time.Now().UnixNano())
	for {
		n, client, err := conn.ReadFromUDP(buffer)
		checkError(err)
		fmt.Println("->", string(buffer[0:n-1])) // the text without its newline; out of range for an empty datagram
		if strings.TrimSpace(string(buffer[0:n])) == "STOP" {
			fmt.Println("Exiting UDP server!")
			return
		}
		data := []byte(strconv.Itoa(random(1, 1001)))
		fmt.Printf("data: %s\n", string(data))
		_, err = conn.WriteToUDP(data, client)
		checkError(err)
	}
}

func checkError(err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "Fatal error: %s\n", err.Error())
		os.Exit(1)
	}
}
