package report

// FormatVersion is the version of the JSON. It follows Terraform's
// convention: a new minor adds, a new major breaks.
const FormatVersion = "1.0"

// The wire structs are what users script against: `tfcheck schema` prints the
// JSON Schema that is generated from them. Fields without omitzero are always
// present; lists are never null.

// wireReport is the whole document. JSON writes its members one by one.
type wireReport struct {
	FormatVersion string           `json:"format_version" jsonschema:"version of this format: a new minor adds, a new major breaks"`
	Tool          wireTool         `json:"tool"`
	Inputs        []wireInput      `json:"inputs"`
	Summary       wireSummary      `json:"summary"`
	Findings      []wireFinding    `json:"findings" jsonschema:"by severity, then stack, address, check"`
	Questions     []wireQuestion   `json:"questions" jsonschema:"facts that the input does not hold and on which results depend"`
	Exposures     []wireExposure   `json:"exposures" jsonschema:"every instance that the internet reaches or may reach"`
	Assumptions   []wireAssumption `json:"assumptions"`
	Checks        []wireCheck      `json:"checks" jsonschema:"what each check did, a stack an entry"`
	Coverage      []wireCoverage   `json:"coverage"`
	Diagnostics   []wireDiagnostic `json:"diagnostics"`
}

type wireTool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type wireInput struct {
	Stack            string `json:"stack"`
	Path             string `json:"path"`
	Kind             string `json:"kind" jsonschema:"plan, binary-plan, state or configuration"`
	Role             string `json:"role" jsonschema:"subject, or context for a stack that is known but not judged"`
	TerraformVersion string `json:"terraform_version,omitzero"`
	Resources        int    `json:"resources" jsonschema:"resource instances"`
	Complete         bool   `json:"complete" jsonschema:"false for a targeted, deferred or errored plan"`
	HasBefore        bool   `json:"has_before" jsonschema:"whether the input says what was there before the change"`
}

type wireSummary struct {
	Critical  int `json:"critical" jsonschema:"violations of this severity that are neither accepted nor resolved"`
	High      int `json:"high"`
	Medium    int `json:"medium"`
	Low       int `json:"low"`
	Info      int `json:"info"`
	New       int `json:"new"`
	Existing  int `json:"existing"`
	Resolved  int `json:"resolved"`
	Questions int `json:"questions"`
	Accepted  int `json:"accepted"`
	Gating    int `json:"gating" jsonschema:"findings that make the exit code 1"`
}

type wireRange struct {
	File        string `json:"file" jsonschema:"relative to the repository root, with forward slashes"`
	StartLine   int    `json:"start_line" jsonschema:"lines and columns count from one, columns in Unicode code points"`
	StartColumn int    `json:"start_column"`
	EndLine     int    `json:"end_line"`
	EndColumn   int    `json:"end_column" jsonschema:"exclusive"`
}

type wireFlow struct {
	Protocol     string   `json:"protocol" jsonschema:"tcp, udp, icmp, icmpv6, all, or protocol numbers"`
	Ports        []string `json:"ports,omitzero" jsonschema:"destination ports, such as 22 and 8000-8080; absent where every port or none is meant"`
	ICMP         []string `json:"icmp,omitzero" jsonschema:"ICMP types and codes, such as 8/0; absent where every type or none is meant"`
	Sources      []string `json:"sources"`
	Destinations []string `json:"destinations" jsonschema:"empty where every address of the family is meant"`
	SourcePorts  []string `json:"source_ports,omitzero" jsonschema:"absent where every port or none is meant"`
}

type wireFinding struct {
	Check       string          `json:"check"`
	Title       string          `json:"title"`
	Severity    string          `json:"severity" jsonschema:"critical, high, medium, low or info"`
	Tier        string          `json:"tier" jsonschema:"default, pedantic or audit"`
	Verdict     string          `json:"verdict" jsonschema:"violation or undetermined"`
	Status      string          `json:"status,omitzero" jsonschema:"new, existing or resolved; absent where the input has no before"`
	Stack       string          `json:"stack"`
	Address     string          `json:"address,omitzero" jsonschema:"of the root cause: what somebody edits to resolve the finding"`
	Argument    string          `json:"argument,omitzero" jsonschema:"of the root cause, such as ingress[0].cidr_blocks"`
	Message     string          `json:"message"`
	Range       wireRange       `json:"range,omitzero"`
	Subjects    []wireSubject   `json:"subjects"`
	Path        []wireHop       `json:"path"`
	Because     []wireBecause   `json:"because"`
	Related     []wireRelated   `json:"related"`
	WaitsFor    []string        `json:"waits_for" jsonschema:"ids of questions"`
	Assumptions []string        `json:"assumptions" jsonschema:"ids of assumptions"`
	Guidance    []string        `json:"guidance"`
	Remediation string          `json:"remediation"`
	Fingerprint string          `json:"fingerprint"`
	Owner       string          `json:"owner,omitzero"`
	Preview     bool            `json:"preview" jsonschema:"printed, never gating, until the configuration's edition covers the check"`
	Accepted    *wireAcceptance `json:"accepted,omitempty"`
}

type wireSubject struct {
	Address string     `json:"address"`
	Verdict string     `json:"verdict"`
	Status  string     `json:"status,omitzero"`
	Flows   []wireFlow `json:"flows"`
}

type wireHop struct {
	Address string    `json:"address,omitzero" jsonschema:"absent for what AWS makes itself"`
	Detail  string    `json:"detail"`
	Rewrite string    `json:"rewrite,omitzero" jsonschema:"what becomes of the header here"`
	Range   wireRange `json:"range,omitzero"`
	Changed bool      `json:"changed" jsonschema:"whether this change adds, changes or removes the element"`
}

type wireBecause struct {
	Text    string    `json:"text"`
	Address string    `json:"address,omitzero"`
	Range   wireRange `json:"range,omitzero"`
}

type wireRelated struct {
	Text  string    `json:"text"`
	Range wireRange `json:"range,omitzero"`
}

type wireAcceptance struct {
	By                string    `json:"by" jsonschema:"comment, baseline or config"`
	Reason            string    `json:"reason,omitzero"`
	Owner             string    `json:"owner,omitzero"`
	Until             string    `json:"until,omitzero" jsonschema:"YYYY-MM-DD"`
	Range             wireRange `json:"range,omitzero"`
	AddedByThisChange bool      `json:"added_by_this_change"`
}

type wireQuestion struct {
	ID       string   `json:"id"`
	Text     string   `json:"text"`
	Settle   string   `json:"settle" jsonschema:"the one line that settles it"`
	Severity string   `json:"severity" jsonschema:"the worst that the answer could bring"`
	Decides  []string `json:"decides" jsonschema:"fingerprints of findings"`
}

type wireExposure struct {
	Stack   string     `json:"stack"`
	From    string     `json:"from"`
	To      string     `json:"to"`
	Family  string     `json:"family" jsonschema:"ipv4 or ipv6"`
	Verdict string     `json:"verdict" jsonschema:"yes or unknown"`
	Status  string     `json:"status,omitzero"`
	Flows   []wireFlow `json:"flows"`
	Path    []wireHop  `json:"path"`
}

type wireAssumption struct {
	ID      string `json:"id"`
	Text    string `json:"text"`
	Stack   string `json:"stack,omitzero"`
	Address string `json:"address,omitzero"`
}

type wireCheck struct {
	ID           string `json:"id"`
	Stack        string `json:"stack"`
	Evaluated    int    `json:"evaluated"`
	Passed       int    `json:"passed"`
	Violated     int    `json:"violated"`
	Undetermined int    `json:"undetermined"`
	Accepted     int    `json:"accepted"`
}

type wireCoverage struct {
	Stack       string         `json:"stack"`
	Modelled    int            `json:"modelled"`
	Irrelevant  int            `json:"irrelevant"`
	NotModelled map[string]int `json:"not_modelled" jsonschema:"instances of network types without a model, by type"`
}

type wireDiagnostic struct {
	Severity string    `json:"severity" jsonschema:"error or warning"`
	Summary  string    `json:"summary"`
	Detail   string    `json:"detail,omitzero"`
	Stack    string    `json:"stack,omitzero"`
	Range    wireRange `json:"range,omitzero"`
}

// wireAnswer is what `tfcheck reach` prints.
type wireAnswer struct {
	Answer    string        `json:"answer" jsonschema:"yes, no or unknown: the request arrives and its reply returns"`
	Forward   string        `json:"forward" jsonschema:"yes, no or unknown: the first packet alone"`
	Complete  bool          `json:"complete" jsonschema:"whether every packet of the question gets through"`
	From      string        `json:"from"`
	To        string        `json:"to"`
	Flows     []wireFlow    `json:"flows" jsonschema:"what gets through"`
	Witness   *wirePacket   `json:"witness,omitempty" jsonschema:"one packet that gets through"`
	Path      []wireHop     `json:"path"`
	ReplyPath []wireHop     `json:"reply_path"`
	Blockers  []wireBlocker `json:"blockers" jsonschema:"everything on the path that would have to change"`
	// The other ways that are blocked, those that edits open first.
	Alternatives []wireAlternative `json:"alternatives" jsonschema:"other ways that are blocked, each with everything on it that would have to change"`
	Through      []wireThrough     `json:"through" jsonschema:"ways through a load balancer, which the answer itself leaves out"`
	Assumptions  []wireAssumption  `json:"assumptions"`
	Questions    []wireFact        `json:"questions" jsonschema:"facts that decide an unknown answer"`
}

type wirePacket struct {
	Protocol        string `json:"protocol"`
	Source          string `json:"source"`
	SourcePort      *int   `json:"source_port,omitempty"`
	Destination     string `json:"destination"`
	DestinationPort *int   `json:"destination_port,omitempty"`
	ICMPType        *int   `json:"icmp_type,omitempty"`
	ICMPCode        *int   `json:"icmp_code,omitempty"`
}

type wireBlocker struct {
	Address string     `json:"address,omitzero"`
	Code    string     `json:"code" jsonschema:"as AWS Reachability Analyzer calls it where one fits"`
	Detail  string     `json:"detail"`
	Reply   bool       `json:"reply,omitzero" jsonschema:"it stops the reply"`
	Range   wireRange  `json:"range,omitzero"`
	Edits   []wireEdit `json:"edits" jsonschema:"what takes it away; none where no edit of this configuration does"`
}

type wireAlternative struct {
	Opens    bool          `json:"opens" jsonschema:"whether the edits of all its blockers let packets through"`
	Blockers []wireBlocker `json:"blockers"`
}

// wireEdit is a change of the configuration.
type wireEdit struct {
	Action    string         `json:"action" jsonschema:"add, set or remove"`
	Address   string         `json:"address" jsonschema:"the resource: a new one where the action is add and there is no block"`
	Block     string         `json:"block,omitzero" jsonschema:"the nested block that is added, edited or removed"`
	Arguments []wireArgument `json:"arguments"`
	Text      string         `json:"text"`
	Range     wireRange      `json:"range,omitzero" jsonschema:"where what is edited stands"`
}

type wireArgument struct {
	Name  string `json:"name"`
	Value string `json:"value" jsonschema:"an expression of Terraform, or a block in braces"`
}

type wireThrough struct {
	Address string     `json:"address,omitzero" jsonschema:"of the load balancer"`
	Verdict string     `json:"verdict" jsonschema:"yes or unknown"`
	Flows   []wireFlow `json:"flows"`
	Path    []wireHop  `json:"path"`
}

type wireFact struct {
	ID     string    `json:"id"`
	Text   string    `json:"text"`
	Settle string    `json:"settle"`
	Range  wireRange `json:"range,omitzero" jsonschema:"where what it is about stands"`
}
