package main

import (
	"fmt"
	"time"
)

func main() {
	time.Sleep(400 * time.Millisecond)
	fmt.Println("slept")
}
