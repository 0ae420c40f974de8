package main

import (
	"bytes"
	"fmt"
)

func main() {
	held := bytes.Repeat([]byte("x"), 32<<20)
	if held[len(held)/2] == 'x' {
		fmt.Println("held")
	}
}
