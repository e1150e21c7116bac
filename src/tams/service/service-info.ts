export interface ServiceInfo {
  name?: string;
  description?: string;
}
