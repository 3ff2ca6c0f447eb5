// ws-echo-server on nhooyr.io/websocket: each option is one of the library's own.
package main

import (
	"net/http"

	"nhooyr.io/websocket"

	"sockspec/nhooyr"
	"sockspec/server"
)

func serve(options *server.Options, response http.ResponseWriter, request *http.Request) {
	accept := websocket.AcceptOptions{
		Subprotocols:    options.Subprotocols(),
		CompressionMode: websocket.CompressionDisabled,
	}
	if options.Deflate {
		accept.CompressionMode = websocket.CompressionNoContextTakeover // the library's default
	}
	connection, err := websocket.Accept(response, request, &accept)
	if err != nil {
		return // it has been answered
	}
	connection.SetReadLimit(options.MaxMessage)
	_ = nhooyr.Echo(connection)
}

func main() {
	server.Run(serve)
}
