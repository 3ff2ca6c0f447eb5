// A client on nhooyr.io/websocket that echoes for a fuzzing server.
package main

import (
	"context"
	"time"

	"nhooyr.io/websocket"

	"sockspec/driver"
	"sockspec/nhooyr"
)

const largestMessage = 64 << 20 // where the library has 32 KiB

func dial(url string) (*websocket.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	connection, _, err := websocket.Dial(ctx, url, nil)
	if err != nil {
		return nil, err
	}
	connection.SetReadLimit(largestMessage)
	return connection, nil
}

func receive(url string) ([]byte, error) {
	connection, err := dial(url)
	if err != nil {
		return nil, err
	}
	defer connection.Close(websocket.StatusNormalClosure, "")
	_, message, err := connection.Read(context.Background())
	return message, err
}

func echo(url string) error {
	connection, err := dial(url)
	if err != nil {
		return err
	}
	return nhooyr.Echo(connection)
}

func main() {
	driver.Run(driver.Client{Receive: receive, Echo: echo})
}
