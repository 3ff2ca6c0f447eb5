// Package nhooyr echoes on a connection of nhooyr.io/websocket. That text is UTF-8 is left to programs by the library, so
// this one checks it.
package nhooyr

import (
	"context"
	"errors"
	"unicode/utf8"

	"nhooyr.io/websocket"
)

// Echo sends every message back until the connection ends.
func Echo(connection *websocket.Conn) error {
	defer connection.Close(websocket.StatusNormalClosure, "")
	for {
		kind, message, err := connection.Read(context.Background())
		if err != nil {
			return err
		}
		if kind == websocket.MessageText && !utf8.Valid(message) {
			_ = connection.Close(websocket.StatusInvalidFramePayloadData, "")
			return errors.New("text that is not UTF-8")
		}
		if err := connection.Write(context.Background(), kind, message); err != nil {
			return err
		}
	}
}
