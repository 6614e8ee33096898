// Stand-in until the serializer is here; to be overwritten.
import type { SerializerProtocol } from "../contract.ts";
import { builtinModule } from "../runtime.ts";
const v8 = builtinModule<any>("node:v8")!;
export interface SerializerOptions {}
export class Serializer implements SerializerProtocol {
  encode(value: unknown): Uint8Array { return new Uint8Array(v8.serialize(value)); }
  async decode(bytes: Uint8Array): Promise<unknown> { return v8.deserialize(bytes); }
  async dumpsTyped(data: unknown): Promise<[string, Uint8Array]> { return ["threadmark", this.encode(data)]; }
  async loadsTyped(_type: string, data: Uint8Array | string): Promise<unknown> { return this.decode(data as Uint8Array); }
}
