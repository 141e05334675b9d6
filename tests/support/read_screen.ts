import { parseXml, type XmlElement, type XmlNode } from "@rgrove/parse-xml";
import { joinPieces, type Line, type Piece } from "../../scripts/record/lines_on_screen.ts";

/** The lines in a picture by `deno task record`; throws Error where it is no well-formed XML. */
export function readScreen(svg: string): Line[] {
  const { root } = parseXml(svg);
  return root === null ? [] : elementsBelow(root, "text").map(readLine);
}

function readLine(line: XmlElement): Line {
  const rows = Map.groupBy(elementsBelow(line, "tspan"), ({ attributes }) => attributes.y);
  return rows.size === 0 ? [[]] : [...rows.values()].map((row) => joinPieces(row.map(readPiece)));
}

function readPiece({ attributes, text }: XmlElement): Piece {
  return { text, look: attributes.class ?? "" };
}

function elementsBelow(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter(isElement)
    .flatMap((child) => child.name === name ? child : elementsBelow(child, name));
}

function isElement(node: XmlNode): node is XmlElement {
  return node.type === "element";
}
