package main

import (
	"fmt"
	"time"
)

func main() {
	fmt.Println(time.Unix(0, 0).Local().Format(time.DateTime))
	fmt.Println(time.Now().Unix())
}
