import "reflect-metadata";
import { Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { PostgresSaver } from "@threadmark/postgres";
import { Conversations } from "./conversations";

@Module({
  providers: [
    Conversations,
    {
      provide: PostgresSaver,
      useFactory: () => PostgresSaver.fromConnString(process.env.POSTGRES_URL ?? ""),
    },
  ],
})
class AppModule {}

async function main() {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ["error"] });
  const { STEP: step, THREAD: thread = "" } = process.env;
  const conversations = app.get(Conversations);
  console.log(await (step === "write" ? conversations.write(thread) : conversations.read(thread)));
  await app.get(PostgresSaver).close();
  await app.close();
}

void main();
