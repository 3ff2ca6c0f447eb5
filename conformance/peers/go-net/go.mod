module sockspec/peers/go-net

go 1.19
