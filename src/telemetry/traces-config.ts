/** How traces are made and sent, by the standard variables of OpenTelemetry. */
export interface TracesConfig {
  /** Where spans go. The exporter reads the other `OTEL_EXPORTER_OTLP_*` variables by itself. */
  readonly exporter: 'otlp-protobuf' | 'otlp-json' | 'console';
  readonly sampler: 'always_on' | 'always_off' | 'traceidratio';
  /** Whether a request that belongs to a trace is sampled like its parent. */
  readonly followsParent: boolean;
  /** The share of traces that `traceidratio` samples. */
  readonly ratio: number;
  /** How long spans are gathered before they are sent, in ms. */
  readonly delay: number;
  /** So many spans may wait to be sent. Further ones are dropped. */
  readonly queueSize: number;
  readonly serviceName: string;
}
