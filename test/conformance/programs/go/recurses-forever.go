package main

import "fmt"

func descend(depth int) int {
	return 1 + descend(depth+1)
}

func main() {
	fmt.Println(descend(0))
}
