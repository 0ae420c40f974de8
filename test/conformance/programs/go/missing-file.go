package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

func main() {
	if _, err := os.ReadFile("missing.txt"); errors.Is(err, fs.ErrNotExist) {
		fmt.Println("caught")
	}
}
