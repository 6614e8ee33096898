import "reflect-metadata";
import { Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ChatController } from "./chat.controller.js";
import { ChatService } from "./chat.service.js";
import { SaverModule } from "./saver.module.js";

@Module({ imports: [SaverModule], controllers: [ChatController], providers: [ChatService] })
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ["error"] });
app.enableShutdownHooks();
await app.listen(process.env["PORT"] ?? 3000);
console.log(`Listening on ${await app.getUrl()}`);
