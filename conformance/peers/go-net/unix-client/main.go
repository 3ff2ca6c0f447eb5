// unix-client sends lines over a Unix socket and prints what comes back.
package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strings"
	"time"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintf(os.Stderr, "Usage: %s path\n", os.Args[0])
		os.Exit(1)
	}
	conn, err := net.Dial("unix", os.Args[1])
	checkError(err)
	defer conn.Close()
	for {
		reader := bufio.NewReader(os.Stdin)
		fmt.Print(">> ")
		text, _ := reader.ReadString('\n')
		_, err = conn.Write([]byte(text))
		checkError(err)
		buffer := make([]byte, 256)
		n, err := conn.Read(buffer)
		checkError(err)
		fmt.Print("Read: ", string(buffer[0:n]))
		if strings.TrimSpace(text) == "STOP" {
			fmt.Println("Exiting UNIX domain socket client!")
			return
		}
		time.Sleep(10 * time.Millisecond) // 5 s in the document
	}
}

func checkError(err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "Fatal error: %s\n", err.Error())
		os.Exit(1)
	}
}
