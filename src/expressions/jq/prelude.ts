/** Built-in functions that are written in jq itself, as jq's own are (jq manual 1.7). They are read when first called. */
import { lazily } from "../../base/lazily.ts";
import type { Definition } from "./ast.ts";
import { signature } from "./ast.ts";
import { parseDefinitions } from "./parser.ts";

const source = String.raw`
def not: if . then false else true end;
def values: select(. != null);
def nulls: select(. == null);
def booleans: select(type == "boolean");
def numbers: select(type == "number");
def strings: select(type == "string");
def arrays: select(type == "array");
def objects: select(type == "object");
def iterables: select(type | . == "array" or . == "object");
def scalars: select(type | . != "array" and . != "object");
def finites: select(isinfinite or isnan | not);
def normals: select(isnormal);
def map(f): [.[] | f];
def map_values(f): .[] |= f;
def add(f): reduce f as $x (null; . + $x);
def in($object): . as $key | $object | has($key);
def inside($other): . as $part | $other | contains($part);
def to_entries: [keys_unsorted[] as $key | {key: $key, value: .[$key]}];
def from_entries: reduce .[] as $entry ({};
  . + {($entry | if .key == null then .k // .name // .Name // .K // .Key else .key end
        | if type == "string" then . elif type == "null" then "null" else tojson end):
       ($entry | if has("value") then .value elif has("v") then .v else .Value end)});
def with_entries(f): to_entries | map(f) | from_entries;
def recurse(f; condition): def go: ., (f | select(condition) | go); go;
def recurse_down: recurse;
def walk(f): def go: (if type == "object" or type == "array" then .[] |= go else . end) | f; go;
def paths: path(..) | select(length > 0);
def paths(condition): . as $whole | paths | select(. as $path | $whole | getpath($path) | condition);
def leaf_paths: paths(scalars);
def pick(parts): . as $whole | reduce path(parts) as $path (null; setpath($path; $whole | getpath($path)));
def any: any(.[]; .);
def any(condition): any(.[]; condition);
def all: all(.[]; .);
def all(condition): all(.[]; condition);
def isvalid(f): try (f | true) catch false;
def first: .[0];
def last: .[-1];
def nth($n): .[$n];
def nth($n; f): if $n < 0 then error("Out of bounds negative array index") else last(limit($n + 1; f)) end;
def sort_by(f): _sort_by(map([f]));
def group_by(f): _group_by(map([f]));
def unique_by(f): [group_by(f)[] | .[0]];
def min_by(f): _min_by(map([f]));
def max_by(f): _max_by(map([f]));
def index($part): indices($part) | .[0];
def rindex($part): indices($part) | .[-1];
def combinations: if length == 0 then [] else .[0][] as $x | (.[1:] | combinations) as $rest | [$x] + $rest end;
def combinations($n): . as $list | [range($n)] | map($list) | combinations;
def ascii: [.] | implode;
def todate: todateiso8601;
def fromdate: fromdateiso8601;
def date: todateiso8601;
def dateadd(unit; $n): . + $n;
def datesub(unit; $n): . - $n;
def match($re): _apply(false; $re) | .[];
def match($re; $flags): _match($re; $flags; false) | .[];
def test($re): _apply(true; $re);
def test($re; $flags): _match($re; $flags; true);
def _names: reduce (.captures[] | select(.name != null)) as $group ({}; .[$group.name] = $group.string);
def capture($re): match($re) | _names;
def capture($re; $flags): match($re; $flags) | _names;
def _found: if (.captures | length) > 0 then [.captures[].string] else .string end;
def scan($re): scan($re; null);
def scan($re; $flags): match($re; "g" + $flags) | _found;
def split($re; $flags): . as $text
  | reduce (match($re; "g" + $flags), null) as $m ({parts: [], from: 0};
      if $m == null then .parts += [$text[.from:]]
      else .parts += [$text[.from:$m.offset]] | .from = $m.offset + $m.length end)
  | .parts;
def splits($re): split($re; null)[];
def splits($re; $flags): split($re; $flags)[];
def sub($re; text): sub($re; text; "");
def sub($re; text; $flags): . as $in
  | [match($re; $flags) | {m: ., texts: [_names | text]}] as $edits
  | if $edits == [] then $in
    else range([$edits[].texts | length] | max) as $n
      | reduce $edits[] as $edit ({text: "", from: 0};
          .text += $in[.from:$edit.m.offset] + $edit.texts[$n] | .from = $edit.m.offset + $edit.m.length)
      | .text + $in[.from:]
    end;
def gsub($re; text): sub($re; text; "g");
def gsub($re; text; $flags): sub($re; text; "g" + $flags);
def tostream: path(def go: (.[]? | go), .; go) as $path | getpath($path)
  | reduce path(.[]?) as $last ([$path, .]; [$path + $last]);
def fromstream(events): foreach events as $event ({value: null, ended: false};
    if .ended then {value: null, ended: false} else . end
    | if ($event | length) == 2
      then .ended = ($event[0] | length == 0) | .value |= setpath($event[0]; $event[1])
      else .ended = ($event[0] | length == 1) end;
    if .ended then .value else empty end);
def truncate_stream(events): . as $depth | null
  | events | select((.[0] | length) > $depth) | .[0] |= .[$depth:];
def IN(source): any(source == .; .);
def IN(source; values): any(source == values; .);
def INDEX(rows; key): reduce rows as $row ({}; .[$row | key | tostring] = $row);
def INDEX(key): INDEX(.[]; key);
`;

const getDefinitions = lazily(
  () =>
    new Map(
      parseDefinitions(source).map((definition) => [
        signature(definition.name, definition.params.length),
        definition,
      ]),
    ),
);

/** A function that is written in jq, by name and number of arguments. */
export function findPrelude(name: string): Definition | undefined {
  return getDefinitions().get(name);
}

/** Names and numbers of arguments of all of them. */
export function listPrelude(): readonly string[] {
  return [...getDefinitions().keys()];
}
