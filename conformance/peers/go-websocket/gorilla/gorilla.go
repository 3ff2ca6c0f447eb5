// Package gorilla echoes on a connection of gorilla/websocket. That text is UTF-8 is left to programs by the library, so
// this one checks it.
package gorilla

import (
	"errors"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

const closePatience = time.Second

// Echo sends every message back until the connection ends.
func Echo(connection *websocket.Conn) error {
	defer connection.Close()
	for {
		kind, message, err := connection.ReadMessage()
		if err != nil {
			return err
		}
		if kind == websocket.TextMessage && !utf8.Valid(message) {
			payload := websocket.FormatCloseMessage(websocket.CloseInvalidFramePayloadData, "")
			_ = connection.WriteControl(websocket.CloseMessage, payload, time.Now().Add(closePatience))
			return errors.New("text that is not UTF-8")
		}
		if err := connection.WriteMessage(kind, message); err != nil {
			return err
		}
	}
}
