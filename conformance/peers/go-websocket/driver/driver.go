// Package driver leads a client through the cases of a fuzzing server that speaks Autobahn's protocol, whichever library
// the client is on.
package driver

import (
	"fmt"
	"net/url"
	"os"
	"strconv"
)

// Client is what there is to do with a connection to a URL; each call makes one and ends it.
type Client struct {
	Receive func(url string) ([]byte, error) // the first message
	Echo    func(url string) error           // every message, until the connection ends
}

func (client *Client) countCases(server string) (int, error) {
	message, err := client.Receive(server + "/getCaseCount")
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(string(message))
}

// Run takes the server's URL and the agent's name from the command line, runs all cases and asks for the reports.
func Run(client Client) {
	if len(os.Args) != 3 {
		fmt.Fprintf(os.Stderr, "usage: %s URL AGENT\n", os.Args[0])
		os.Exit(1)
	}
	server, agent := os.Args[1], url.QueryEscape(os.Args[2])
	count, err := client.countCases(server)
	if err != nil {
		fmt.Fprintf(os.Stderr, "Fatal error: %s: %v\n", server, err)
		os.Exit(1)
	}
	for number := 1; number <= count; number++ {
		// Whatever comes of it, the server is who judges.
		_ = client.Echo(fmt.Sprintf("%s/runCase?case=%d&agent=%s", server, number, agent))
	}
	_ = client.Echo(server + "/updateReports?agent=" + agent)
}
