package naive

// defaultVPC counts what the tables of a default VPC route, which may hold more
// than the input shows and are taken not to (VPC-2, U-7).
const defaultVPC = "default VPC"

// standard is the default VPC of a Region, whose tables the input need not show
// in full.
func (m *maker) standard() {
	p := m.place("10.0.0.0/16", "2600:1f00:a::/56")
	p.Default = true
	m.furnish(p, 3, 4)
	m.rules(p)
	for _, s := range p.subnets {
		t := s.RouteTable.To[0]
		t.Open = true
		if m.chance(35) {
			t.Routes = nil
		}
	}
}
