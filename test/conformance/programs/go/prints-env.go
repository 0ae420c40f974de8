package main

import (
	"fmt"
	"os"
)

func main() {
	empty, isSet := os.LookupEnv("EMPTY")
	if !isSet {
		panic("EMPTY is not set")
	}
	fmt.Printf("[%s]\n[%s]\n", os.Getenv("GREETING"), empty)
}
