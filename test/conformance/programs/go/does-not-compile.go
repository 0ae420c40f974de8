package main

import "fmt"

func main() {
	fmt.Println("before")
	var total int = "text" // HERE
	fmt.Println(total)
}
