/** What a client may change of the service's description (TAMS 7.0, `schemas/service-post.json`). */
export interface ServiceInfo {
  name?: string;
  description?: string;
}

export interface ServiceInfoReads {
  get(): Promise<ServiceInfo>;
}

export interface ServiceInfos extends ServiceInfoReads {
  save(info: ServiceInfo): Promise<void>;
}
