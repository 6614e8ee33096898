import { Body, Controller, Get, Param, Post } from "@nestjs/common";
import { ChatService, type Said } from "./chat.service.js";

@Controller("threads")
export class ChatController {
  constructor(private readonly chat: ChatService) {}

  @Post(":id/messages")
  say(@Param("id") id: string, @Body("text") text: string): Promise<Said> {
    return this.chat.say(id, text);
  }

  @Get(":id/messages")
  history(@Param("id") id: string): Promise<Said[]> {
    return this.chat.history(id);
  }
}
