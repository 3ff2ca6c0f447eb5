// unix-random-client asks over a Unix socket for a random number and prints it.
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
		fmt.Fprintf(os.Stderr, "Usage: %s path\n", os.Args[0])
		os.Exit(1)
	}
	conn, err := net.Dial("unix", os.Args[1])
	checkError(err)
	defer conn.Close()
	fmt.Fprintf(conn, "random\n")
	reply, err := bufio.NewReader(conn).ReadString('\n')
	checkError(err)
	fmt.Println(strings.TrimSpace(reply))
}

func checkError(err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "Fatal error: %s\n", err.Error())
		os.Exit(1)
	}
}
