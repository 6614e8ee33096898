import { Module, type OnApplicationShutdown } from "@nestjs/common";
import { PostgresSaver } from "@threadmark/postgres";

/** One saver for the whole application, ready when it starts and closed when it ends. */
@Module({
  providers: [
    {
      provide: PostgresSaver,
      async useFactory() {
        const saver = PostgresSaver.fromConnString(process.env["POSTGRES_URL"] ?? "");
        await saver.setup();
        return saver;
      },
    },
  ],
  exports: [PostgresSaver],
})
export class SaverModule implements OnApplicationShutdown {
  constructor(private readonly saver: PostgresSaver) {}

  onApplicationShutdown(): Promise<void> {
    return this.saver.close();
  }
}
