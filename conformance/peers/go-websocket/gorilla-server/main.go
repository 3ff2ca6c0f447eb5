// ws-echo-server on gorilla/websocket: each option is one of the library's own.
package main

import (
	"net/http"

	"github.com/gorilla/websocket"

	"sockspec/gorilla"
	"sockspec/server"
)

func serve(options *server.Options, response http.ResponseWriter, request *http.Request) {
	upgrader := websocket.Upgrader{EnableCompression: options.Deflate, Subprotocols: options.Subprotocols()}
	if options.Origin != "" {
		upgrader.CheckOrigin = func(request *http.Request) bool {
			origin := request.Header.Get("Origin")
			return origin == "" || origin == options.Origin
		}
	}
	connection, err := upgrader.Upgrade(response, request, nil)
	if err != nil {
		return // it has been answered
	}
	connection.SetReadLimit(options.MaxMessage)
	_ = gorilla.Echo(connection)
}

func main() {
	server.Run(serve)
}
