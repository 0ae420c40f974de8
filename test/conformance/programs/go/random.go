package main

import (
	"fmt"
	"math/rand"
)

func main() {
	fmt.Println(rand.Int63())
}
