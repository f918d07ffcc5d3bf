// Command triton-go calls one function of the library triton-go: `triton-go FUNCTION INPUT`. INPUT is the JSON of the function's
// input. It prints the JSON of what the function answers. The account and its key are those of the environment of triton.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	triton "github.com/joyent/triton-go"
	"github.com/joyent/triton-go/account"
	"github.com/joyent/triton-go/authentication"
	"github.com/joyent/triton-go/compute"
)

func main() {
	if err := run(os.Args[1], []byte(os.Args[2])); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(function string, input []byte) error {
	login := os.Getenv("SDC_ACCOUNT")
	key, err := os.ReadFile(os.Getenv("SDC_KEY_FILE"))
	if err != nil {
		return err
	}
	signer, err := authentication.NewPrivateKeySigner(authentication.PrivateKeySignerInput{
		KeyID: os.Getenv("SDC_KEY_ID"), PrivateKeyMaterial: key, AccountName: login,
	})
	if err != nil {
		return err
	}
	config := &triton.ClientConfig{
		TritonURL: os.Getenv("SDC_URL"), AccountName: login, Signers: []authentication.Signer{signer},
	}
	people, err := account.NewClient(config)
	if err != nil {
		return err
	}
	machines, err := compute.NewClient(config)
	if err != nil {
		return err
	}
	images, keys := machines.Images(), people.Keys()
	switch function {
	case "images.List":
		return call(images.List, input)
	case "images.Get":
		return call(images.Get, input)
	case "images.Update":
		return call(func(ctx context.Context, fields *compute.UpdateImageInput) (*compute.Image, error) {
			// The library's own JSON of this input leaves the id out.
			var id compute.GetImageInput
			if err := json.Unmarshal(input, &id); err != nil {
				return nil, err
			}
			fields.ImageID = id.ImageID
			return images.Update(ctx, fields)
		}, input)
	case "images.Delete":
		return call(nothing(images.Delete), input)
	case "account.Get":
		return call(people.Get, input)
	case "account.Update":
		return call(people.Update, input)
	case "keys.List":
		return call(keys.List, input)
	case "keys.Get":
		return call(keys.Get, input)
	case "keys.Create":
		return call(keys.Create, input)
	case "keys.Delete":
		return call(nothing(keys.Delete), input)
	}
	return fmt.Errorf("no function %s", function)
}

// call reads a function's input, calls it, and prints its answer.
func call[Input, Output any](function func(context.Context, *Input) (Output, error), input []byte) error {
	read := new(Input)
	if err := json.Unmarshal(input, read); err != nil {
		return err
	}
	output, err := function(context.Background(), read)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(output)
}

// nothing makes a function whose answer is null of one that has none.
func nothing[Input any](function func(context.Context, *Input) error) func(context.Context, *Input) (any, error) {
	return func(ctx context.Context, input *Input) (any, error) { return nil, function(ctx, input) }
}
