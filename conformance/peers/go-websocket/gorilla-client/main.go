// A client on gorilla/websocket that echoes for a fuzzing server.
package main

import (
	"time"

	"github.com/gorilla/websocket"

	"sockspec/driver"
	"sockspec/gorilla"
)

var dialer = websocket.Dialer{EnableCompression: true, HandshakeTimeout: 10 * time.Second}

func receive(url string) ([]byte, error) {
	connection, _, err := dialer.Dial(url, nil)
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	_, message, err := connection.ReadMessage()
	return message, err
}

func echo(url string) error {
	connection, _, err := dialer.Dial(url, nil)
	if err != nil {
		return err
	}
	return gorilla.Echo(connection)
}

func main() {
	driver.Run(driver.Client{Receive: receive, Echo: echo})
}
