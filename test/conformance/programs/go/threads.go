package main

import (
	"fmt"
	"sync"
)

func main() {
	var sums [4]int
	var workers sync.WaitGroup
	for index := range sums {
		workers.Add(1)
		go func(index int) {
			defer workers.Done()
			for k := 1; k <= 1000; k++ {
				sums[index] += (index + 1) * k
			}
		}(index)
	}
	workers.Wait()
	fmt.Println(sums[0] + sums[1] + sums[2] + sums[3])
}
