package main

import "fmt"

func main() {
	gruß := "Hello, wörld ✓ 😀"
	fmt.Println(gruß)
}
