/** Reads CloudFormation templates in YAML. */
import { readFileSync } from 'node:fs';
import { isNode, parseDocument, visit, YAMLMap } from 'yaml';

/** A template as JSON has it: `!If [a, b, c]` is `{ "Fn::If": ["a", "b", "c"] }`. */
export function readTemplate(path: string): unknown {
  const document = parseDocument(readFileSync(path, 'utf8'), { logLevel: 'silent' });
  visit(document, (_, node) => {
    const short = isNode(node) && /^!(\w+)$/.exec(node.tag ?? '')?.[1];
    if (!short) return undefined;
    const call = new YAMLMap();
    delete node.tag;
    call.set(short === 'Ref' || short === 'Condition' ? short : `Fn::${short}`, node);
    return call;
  });
  return document.toJS();
}
