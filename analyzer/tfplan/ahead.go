package tfplan

import "sync"

// batchSize is how much text is handed over at once.
const batchSize = 256 << 10

// batch is the text of some elements, one after the other.
type batch struct {
	text []byte
	ends []int
}

// elementsAhead is elements with another core: it reads on while f looks at
// what was read. Until it returns nothing but f may touch the reader.
func (rd *reader) elementsAhead(f func(element []byte)) error {
	return ahead(f, rd.elements)
}

// ahead calls f with what read emits, on another core.
func ahead(f func(element []byte), read func(emit func(element []byte)) error) error {
	full, free := make(chan *batch, 1), make(chan *batch, 3)
	for range cap(free) {
		free <- &batch{}
	}
	var wait sync.WaitGroup
	wait.Go(func() {
		for b := range full {
			start := 0
			for _, end := range b.ends {
				f(b.text[start:end:end])
				start = end
			}
			b.text, b.ends = b.text[:0], b.ends[:0]
			free <- b
		}
	})
	b := <-free
	err := read(func(element []byte) {
		b.text = append(b.text, element...)
		b.ends = append(b.ends, len(b.text))
		if len(b.text) >= batchSize {
			full <- b
			b = <-free
		}
	})
	full <- b
	close(full)
	wait.Wait()
	return err
}
