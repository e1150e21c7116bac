/** The part of the service's description that clients may change (TAMS 7.0, `schemas/service-post.json`). */
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
