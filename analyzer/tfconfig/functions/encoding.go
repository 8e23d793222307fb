package functions

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math"
	"net/url"
	"regexp"
	"unicode/utf8"

	"github.com/hashicorp/go-cty-funcs/crypto"
	funcs "github.com/hashicorp/go-cty-funcs/encoding"
	"github.com/hashicorp/go-cty-funcs/uuid"
	ctyyaml "github.com/zclconf/go-cty-yaml"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/ianaindex"
)

// encodingFunctions encode, decode and hash.
var encodingFunctions = map[string]entry{
	"base64decode":     {inspects, text(base64decode, "str")},
	"base64encode":     {inspects, funcs.Base64EncodeFunc},
	"base64gunzip":     {inspects, text(base64gunzip, "str")},
	"base64gzip":       {inspects, text(base64gzip, "str")},
	"base64sha256":     {inspects, text(base64sha256, "str")},
	"base64sha512":     {inspects, text(base64sha512, "str")},
	"bcrypt":           {inspects, hidden(cty.String, true, "str")},
	"csvdecode":        {inspects, stdlib.CSVDecodeFunc},
	"jsondecode":       {inspects, stdlib.JSONDecodeFunc},
	"jsonencode":       {inspects, stdlib.JSONEncodeFunc},
	"md5":              {inspects, crypto.Md5Func},
	"rsadecrypt":       {inspects, crypto.RsaDecryptFunc},
	"sha1":             {inspects, crypto.Sha1Func},
	"sha256":           {inspects, crypto.Sha256Func},
	"sha512":           {inspects, crypto.Sha512Func},
	"textdecodebase64": {inspects, text(textdecodebase64, "source", "encoding")},
	"textencodebase64": {inspects, text(textencodebase64, "string", "encoding")},
	"urldecode":        {inspects, text(urldecode, "str")},
	"urlencode":        {inspects, funcs.URLEncodeFunc},
	"uuid":             {inspects, hidden(cty.String, false)},
	"uuidv5":           {inspects, uuid.V5Func},
	"yamldecode":       {inspects, yamldecodeFunction},
	"yamlencode":       {inspects, ctyyaml.YAMLEncodeFunc},
}

var errNotText = errors.New("the result is not valid UTF-8 text")

// utf8Text is a string made of bytes that must be text.
func utf8Text(b []byte) (string, error) {
	if !utf8.Valid(b) {
		return "", errNotText
	}
	return string(b), nil
}

func fromBase64(s string) ([]byte, error) {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil, errors.New("not valid base64")
	}
	return b, nil
}

func base64decode(args []string) (string, error) {
	b, err := fromBase64(args[0])
	if err != nil {
		return "", err
	}
	return utf8Text(b)
}

// base64gzip flushes before it closes, as Terraform does: the bytes differ.
func base64gzip(args []string) (string, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(args[0])); err != nil {
		return "", err
	}
	if err := w.Flush(); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

func base64gunzip(args []string) (string, error) {
	b, err := fromBase64(args[0])
	if err != nil {
		return "", err
	}
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return "", errors.New("not valid gzip data")
	}
	b, err = io.ReadAll(io.LimitReader(r, maxText+1))
	if err != nil {
		return "", errors.New("not valid gzip data")
	}
	return utf8Text(b)
}

func base64sha256(args []string) (string, error) {
	sum := sha256.Sum256([]byte(args[0]))
	return base64.StdEncoding.EncodeToString(sum[:]), nil
}

func base64sha512(args []string) (string, error) {
	sum := sha512.Sum512([]byte(args[0]))
	return base64.StdEncoding.EncodeToString(sum[:]), nil
}

func urldecode(args []string) (string, error) {
	s, err := url.QueryUnescape(args[0])
	if err != nil {
		return "", errors.New("not valid URL encoding")
	}
	return utf8Text([]byte(s))
}

// characterSet is an encoding by its IANA name. UTF-8 is nil: nothing to do.
func characterSet(name string) (encoding.Encoding, string, error) {
	set, err := ianaindex.IANA.Encoding(name)
	if err != nil || set == nil {
		return nil, "", fmt.Errorf("%q is no encoding of the IANA list that is supported", name)
	}
	canonical, err := ianaindex.IANA.Name(set)
	if err != nil {
		canonical = name
	}
	return set, canonical, nil
}

func textencodebase64(args []string) (string, error) {
	set, name, err := characterSet(args[1])
	if err != nil {
		return "", err
	}
	out, err := set.NewEncoder().Bytes([]byte(args[0]))
	if err != nil {
		return "", fmt.Errorf("there are characters that %s does not have", name)
	}
	return base64.StdEncoding.EncodeToString(out), nil
}

func textdecodebase64(args []string) (string, error) {
	set, name, err := characterSet(args[1])
	if err != nil {
		return "", err
	}
	b, err := fromBase64(args[0])
	if err != nil {
		return "", err
	}
	out, err := set.NewDecoder().Bytes(b)
	if err != nil || bytes.ContainsRune(out, utf8.RuneError) {
		return "", fmt.Errorf("there are symbols that %s does not have", name)
	}
	return string(out), nil
}

// An anchor of YAML, and an alias that repeats it. What looks like one within a
// string counts too.
var (
	yamlAnchor = regexp.MustCompile(`(^|[\s,:\[{-])&[^\s,\]}]`)
	yamlAlias  = regexp.MustCompile(`(^|[\s,:\[{-])\*[\w]`)
)

// yamldecodeFunction is yamldecode, unknown where aliases of what has aliases may
// make more than anybody writes: with n aliases in k anchors, each of these can
// repeat the one before it n/k times.
var yamldecodeFunction = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "src", Type: cty.String}},
	Type:   function.StaticReturnType(cty.DynamicPseudoType),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		source := args[0].AsString()
		anchors := float64(len(yamlAnchor.FindAllString(source, -1)))
		aliases := float64(len(yamlAlias.FindAllString(source, -1)))
		if anchors > 0 && float64(len(source))*math.Pow(1+aliases/anchors, anchors) > 16*maxText {
			return cty.DynamicVal, nil
		}
		return ctyyaml.YAMLDecodeFunc.Call(args)
	},
})
