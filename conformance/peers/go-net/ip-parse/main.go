// ip-parse says whether its argument is an IP address.
package main

import (
	"fmt"
	"net"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintf(os.Stderr, "Usage: %s ip-address\n", os.Args[0])
		os.Exit(1)
	}
	address := net.ParseIP(os.Args[1])
	if address == nil {
		fmt.Println("Invalid address")
	} else {
		fmt.Println("The address is", address.String())
	}
}
